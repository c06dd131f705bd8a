/** A tool for agents: declared once, offered to the roles that may use it. */
import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { GatewayClient } from '#shared/client/client.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';

/** Who uses the tools. */
export interface McpUser {
  /** Calls the gateway as this user, so that every check and limit of the API holds. */
  client: GatewayClient;
  /** Whether it may ask, watch and move cameras. */
  mayAct: boolean;
}

/** One tool. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  description: string;
  input: Input;
  /** Costs money or changes something: not offered to viewers. */
  acts?: boolean;
  /** Moves or deletes something. */
  isDestructive?: boolean;
  run(user: McpUser, args: z.infer<Input>, signal: AbortSignal): Promise<CallToolResult>;
}

/** Declares a tool with the types of its input. */
export function tool<Input extends z.ZodObject>(declaration: Tool<Input>): Tool {
  return declaration as unknown as Tool;
}

/** Offers tools to a user; failures are told in words, with what can be done about them. */
export function offer(server: McpServer, user: McpUser, tools: readonly Tool[]): void {
  for (const { name, title, description, input, acts = false, isDestructive = false, run } of tools) {
    if (acts && !user.mayAct) continue;
    const annotations = { readOnlyHint: !acts, destructiveHint: isDestructive, openWorldHint: false };
    server.registerTool(
      name,
      { title, description, inputSchema: input, annotations },
      async (args, context) => {
        try {
          return await run(user, args, context.mcpReq.signal);
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          return { isError: true, content: [{ type: 'text', text: wordsOf(error) }] };
        }
      },
    );
  }
}

/** A result as JSON text, which every model reads. */
export function jsonResult(value: unknown): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }] };
}

/** A picture with what is to be known of it. */
export function pictureResult(jpeg: Uint8Array, facts: string): CallToolResult {
  const data = Buffer.from(jpeg).toString('base64');
  return {
    content: [
      { type: 'image', data, mimeType: 'image/jpeg' },
      { type: 'text', text: facts },
    ],
  };
}

function wordsOf({ code, message, hint }: GatewayError): string {
  return `${message} (${code})${hint === undefined ? '' : `. ${hint}`}`;
}
