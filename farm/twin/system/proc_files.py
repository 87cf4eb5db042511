"""Files under /proc and /sys, which the kernel makes anew for each reader."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from farm.twin.system.phone_system import PhoneSystem


def add_proc_files(system: "PhoneSystem") -> None:
    """Let the phone's file system answer for those that adb clients and apps read."""
    total = system.profile.memory_kib
    generated = system.files.generated
    generated["/proc/uptime"] = lambda: (
        f"{system.clock.uptime_ns() / 1e9:.2f} {system.clock.uptime_ns() / 2e9:.2f}\n".encode()
    )
    generated["/proc/version"] = lambda: (
        f"Linux version {system.profile.kernel} (android-build) #1 SMP PREEMPT\n".encode()
    )
    generated["/proc/meminfo"] = lambda: (
        f"MemTotal:       {total} kB\nMemFree:        {total // 4} kB\n"
        f"MemAvailable:   {total // 2} kB\n".encode()
    )
    abi = system.profile.properties["ro.product.cpu.abi"]
    generated["/proc/cpuinfo"] = lambda: (
        "".join(f"processor\t: {n}\n\n" for n in range(8)) + f"Hardware\t: {abi}\n"
    ).encode()
    generated["/proc/mounts"] = lambda: _text(mount_lines(system))
    generated["/proc/self/mounts"] = lambda: _text(mount_lines(system))
    generated["/proc/net/tcp"] = lambda: _text(_socket_lines(system))
    generated["/sys/class/net/wlan0/address"] = lambda: f"{system.identity.wifi_mac}\n".encode()
    generated["/dev/null"] = lambda: b""
    generated["/sys/fs/selinux/enforce"] = lambda: b"1" if system.selinux_enforcing else b"0"


def mount_lines(system: "PhoneSystem") -> list[str]:
    """Lines of /proc/mounts."""
    state = "rw" if system.files.remounted else "ro"
    lines = [
        f"/dev/block/dm-0 /system ext4 {state},seclabel,relatime 0 0",
        f"/dev/block/dm-1 /vendor ext4 {state},seclabel,relatime 0 0",
        "/dev/block/dm-2 /data ext4 rw,seclabel,nosuid,nodev,noatime 0 0",
        "proc /proc proc rw,relatime 0 0",
    ]
    lines += [f"tmpfs {point} tmpfs rw,seclabel 0 0" for _, point, _ in system.files.mounts]
    return lines


def _socket_lines(system: "PhoneSystem") -> list[str]:
    rows = [
        f"{n:4d}: 0100007F:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000"
        for n, port in enumerate(system.ports.listening())
    ]
    return ["  sl  local_address rem_address   st tx_queue rx_queue tr tm->when", *rows]


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
