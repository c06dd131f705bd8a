// WHEP viewers with pion, as MediaMTX and go2rtc pull: `viewer URL ADDRESSES [VIEWERS SECONDS]` prints for each the
// milliseconds from the POST to the first RTP packet. They watch for so many seconds from the last one's packet on.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

func main() {
	viewers, seconds := number(3, 1), number(4, 0)
	addresses := ""
	if len(os.Args) > 2 {
		addresses = os.Args[2]
	}
	for viewer := 0; viewer < viewers; viewer++ {
		peer, err := view(os.Args[1], addresses)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer peer.Close()
	}
	time.Sleep(time.Duration(seconds) * time.Second)
}

func number(argument int, otherwise int) int {
	if len(os.Args) <= argument {
		return otherwise
	}
	value, err := strconv.Atoi(os.Args[argument])
	if err != nil {
		panic(err)
	}
	return value
}

// addresses: "loopback", "ipv4", or all by default.
func view(url string, addresses string) (*webrtc.PeerConnection, error) {
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
		return nil, err
	}
	// Reports to the sender: a viewer that is silent counts as gone.
	reports := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, reports); err != nil {
		return nil, err
	}
	api := webrtc.NewAPI(
		webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(reports),
	)
	peer, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	arrived := make(chan time.Time, 1)
	peer.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if _, _, err := track.ReadRTP(); err == nil {
			arrived <- time.Now()
		}
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
		}
	})
	receive := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	if _, err := peer.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, receive); err != nil {
		return nil, err
	}
	offer, err := peer.CreateOffer(nil)
	if err != nil {
		return nil, err
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(offer); err != nil {
		return nil, err
	}
	<-gathered
	begun := time.Now()
	response, err := http.Post(url, "application/sdp", bytes.NewBufferString(peer.LocalDescription().SDP))
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusCreated {
		return nil, fmt.Errorf("%s: %s", response.Status, answer)
	}
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}
	if err := peer.SetRemoteDescription(description); err != nil {
		return nil, err
	}
	select {
	case at := <-arrived:
		fmt.Println(float64(at.Sub(begun).Microseconds()) / 1000)
		return peer, nil
	case <-time.After(10 * time.Second):
		return nil, fmt.Errorf("no packet within ten seconds")
	}
}
