// A WHEP viewer with pion, as MediaMTX and go2rtc pull: prints milliseconds from the POST to the first RTP packet.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/pion/webrtc/v4"
)

func main() {
	addresses := ""
	if len(os.Args) > 2 {
		addresses = os.Args[2]
	}
	if err := view(os.Args[1], addresses); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// addresses: "loopback", "ipv4", or all by default.
func view(url string, addresses string) error {
	settings := webrtc.SettingEngine{}
	if addresses == "ipv4" {
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	}
	if addresses == "loopback" {
		settings.SetIncludeLoopbackCandidate(true)
		settings.SetIPFilter(func(address net.IP) bool { return address.IsLoopback() })
	}
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return err
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media))
	peer, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	defer peer.Close()
	arrived := make(chan time.Time, 1)
	peer.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if _, _, err := track.ReadRTP(); err == nil {
			arrived <- time.Now()
		}
	})
	receive := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	if _, err := peer.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, receive); err != nil {
		return err
	}
	offer, err := peer.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	begun := time.Now()
	response, err := http.Post(url, "application/sdp", bytes.NewBufferString(peer.LocalDescription().SDP))
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("%s: %s", response.Status, answer)
	}
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}
	if err := peer.SetRemoteDescription(description); err != nil {
		return err
	}
	select {
	case at := <-arrived:
		fmt.Println(float64(at.Sub(begun).Microseconds()) / 1000)
		return nil
	case <-time.After(10 * time.Second):
		return fmt.Errorf("no packet within ten seconds")
	}
}
