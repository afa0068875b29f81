package environ

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFileHash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "abc")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-4's example
	if got := fileHash(path); got == nil || *got != want {
		t.Errorf("got %v", got)
	}
	if got := fileHash(path + ".none"); got != nil {
		t.Errorf("of no file: %v", *got)
	}
	if BinaryHash() == nil {
		t.Error("this program has no hash")
	}
}
