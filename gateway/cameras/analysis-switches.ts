/** What analysis runs for a camera, and how (docs/contract.md, section 8). */
import { type AnalysisSettings, analysisSettingsSchema } from '#shared/detections-settings.ts';

/** Switches, all off unless said otherwise, masks and thresholds. */
export const analysisSwitchesSchema = analysisSettingsSchema;
export type AnalysisSwitches = AnalysisSettings;
