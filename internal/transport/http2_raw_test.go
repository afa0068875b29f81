package transport

import (
	"encoding/binary"
	"io"
	"net/url"
	"slices"
	"testing"
)

// frame is one of HTTP/2, as much of it as a server needs that answers without a look at what is asked.
type frame struct {
	kind, flags byte
	stream      uint32
	payload     []byte
}

const (
	dataType, headersType, resetType = 0, 1, 3

	endStream, endHeaders, ack = 1, 4, 1
)

func (f frame) bytes() []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(f.payload))<<8|uint32(f.kind))
	return append(binary.BigEndian.AppendUint32(append(head, f.flags), f.stream), f.payload...)
}

func readFrame(p *peer) (f frame, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(p.in, head[:]); err != nil {
		return f, err
	}
	f = frame{kind: head[3], flags: head[4], stream: binary.BigEndian.Uint32(head[5:])}
	f.payload = make([]byte, binary.BigEndian.Uint32(head[:])>>8)
	_, err = io.ReadFull(p.in, f.payload)
	return f, err
}

// serveFrames serves HTTP/2 frame by frame: answer says what comes of the n-th request of a connection, from 1.
func serveFrames(t *testing.T, answer func(n int) []frame) *url.URL {
	return listen(t, func(p *peer) {
		p.in.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
		p.say(string(frame{kind: settingsType}.bytes()))
		n := 0
		for f, err := readFrame(p); err == nil; f, err = readFrame(p) {
			switch {
			case f.kind == settingsType && f.flags&ack == 0:
				p.say(string(frame{kind: settingsType, flags: ack}.bytes()))
			case (f.kind == dataType || f.kind == headersType) && f.flags&endStream != 0:
				n++
				for _, a := range answer(n) {
					a.stream = f.stream
					p.say(string(a.bytes()))
				}
			}
		}
	})
}

// A stream that the server resets is a failure, unless it says that it has not begun: then the request goes out again.
func TestHTTP2Resets(t *testing.T) {
	const status200 = "\x88" // HPACK's eighth: ":status: 200"
	good := []frame{
		{kind: headersType, flags: endHeaders, payload: []byte(status200)},
		{kind: dataType, flags: endStream, payload: []byte("data: a\n\n")},
	}
	check := func(code uint32, want []Sending, heard ...string) {
		t.Helper()
		h := http2(t, Options{BaseURL: serveFrames(t, func(n int) []frame {
			if n == 2 {
				return []frame{{kind: resetType, payload: binary.BigEndian.AppendUint32(nil, code)}}
			}
			return good
		})})
		ask(t, t.Context(), h, 0).checkHeard(t, "headers 200", "payload a", "done <nil>")
		d := ask(t, t.Context(), h, 0)
		d.checkHeard(t, heard...)
		if !slices.Equal(d.sent, want) {
			t.Errorf("code %d: sent %+v, want %+v", code, d.sent, want)
		}
	}
	check(2, []Sending{{}}, "done reset: the server reset the stream: INTERNAL_ERROR")
	check(8, []Sending{{}}, "done reset: the server reset the stream: CANCEL")
	check(7, []Sending{{}, {Resend: true}}, "headers 200", "payload a", "done <nil>") // REFUSED_STREAM
}
