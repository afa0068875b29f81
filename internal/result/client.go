package result

// Client is what of the client's machine bears on what it can measure. A null, or an empty text, is what the system does
// not tell.
type Client struct {
	Kernel          string   `json:"kernel"`
	CPUs            int      `json:"cpus"` // that splleed may run on
	Governor        *string  `json:"cpu_governor"`
	FrequencyDriver *string  `json:"cpu_frequency_driver"`
	SMT             *bool    `json:"smt"` // several threads share a core
	NUMANodes       *int     `json:"numa_nodes"`
	ClockSource     *string  `json:"clock_source"`
	MemoryBytes     *uint64  `json:"memory_bytes"`
	OpenFiles       *uint64  `json:"open_files"`          // limit of this process
	CgroupCPUs      *float64 `json:"cgroup_cpus"`         // limit in CPUs; null without one
	CgroupMemory    *uint64  `json:"cgroup_memory_bytes"` // limit; null without one
	Container       *string  `json:"container"`           // "docker", "podman", "kubernetes", "lxc"; null outside of one
	Virtual         *string  `json:"virtual_machine"`     // "kvm", "xen", "wsl", …; null on bare metal
	StealShare      *float64 `json:"steal_share"`         // of the CPUs' time since boot, what the hypervisor gave to others
	LoopbackMTU     *int     `json:"loopback_mtu"`
	LocalPorts      *int     `json:"local_ports"` // connections that one address can have to one server
}
