package environ

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"sync"
)

// BinaryHash is the SHA-256 of the program that runs, nil where its file cannot be read.
var BinaryHash = sync.OnceValue(func() *string {
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	return fileHash(path)
})

func fileHash(path string) *string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil
	}
	sum := hex.EncodeToString(h.Sum(nil))
	return &sum
}
