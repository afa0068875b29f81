package environ

import "strings"

// container is the kind of container that this process is in, nil outside of one.
func (r root) container() *string {
	groups := r.text("proc/self/cgroup")
	for _, sign := range []struct {
		kind  string
		shows bool
	}{
		{"kubernetes", r.has("run/secrets/kubernetes.io") || strings.Contains(groups, "kubepods")},
		{"podman", r.has("run/.containerenv") || strings.Contains(groups, "libpod")},
		{"docker", r.has(".dockerenv") || strings.Contains(groups, "/docker")},
		{"lxc", strings.Contains(groups, "/lxc")},
		{"containerd", strings.Contains(groups, "containerd")},
	} {
		if sign.shows {
			return &sign.kind
		}
	}
	return nil
}

// makers are the names that virtual machines give themselves, in what firmware tells of the machine.
var makers = []struct{ name, kind string }{
	{"QEMU", "kvm"}, {"KVM", "kvm"}, {"Amazon EC2", "amazon"}, {"Google", "google"}, {"VMware", "vmware"}, {"innotek", "virtualbox"},
	{"VirtualBox", "virtualbox"}, {"Xen", "xen"}, {"Microsoft Corporation Virtual Machine", "hyperv"}, {"Parallels", "parallels"}, {"OpenStack", "openstack"},
}

// virtual is the kind of virtual machine that the kernel runs in, "unknown" where it knows of one but not which; nil on
// bare metal.
func (r root) virtual() *string {
	kind := r.line("sys/hypervisor/type")
	firmware := r.line("sys/class/dmi/id/sys_vendor") + " " + r.line("sys/class/dmi/id/product_name")
	under := strings.Contains(value(r.text("proc/cpuinfo"), "flags"), "hypervisor")
	for _, m := range makers {
		if kind == "" && strings.Contains(firmware, m.name) && (under || !strings.HasSuffix(firmware, "metal")) {
			kind = m.kind
		}
	}
	switch {
	case strings.Contains(strings.ToLower(r.line("proc/sys/kernel/osrelease")), "microsoft"):
		kind = "wsl"
	case kind == "" && under:
		kind = "unknown"
	case kind == "":
		return nil
	}
	return &kind
}
