package environ

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

func describe() machine {
	v := windows.RtlGetVersion()
	return machine{
		release: fmt.Sprintf("%d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber),
		cpu:     os.Getenv("PROCESSOR_IDENTIFIER"), // of the system, the same in every process
		memory:  memory(),
	}
}

func memory() uint64 {
	var status struct { // MEMORYSTATUSEX
		length   uint32
		_        uint32 // load
		physical uint64
		_        [6]uint64
	}
	status.length = uint32(unsafe.Sizeof(status))
	ok, _, _ := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx").Call(uintptr(unsafe.Pointer(&status)))
	if ok == 0 {
		return 0
	}
	return status.physical
}
