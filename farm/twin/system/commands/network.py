"""Programs about the network and the radio: ip, ifconfig, svc, ping, netstat."""

import asyncio
import ipaddress

from farm.twin.system.shell_context import Context, Program


def address(context: Context) -> str:
    """The phone's address in its Wi-Fi, made up from its seed."""
    return f"192.168.8.{20 + int(context.system.identity.wifi_mac[-2:], 16) % 200}"


async def ip(context: Context) -> int:
    words = [a for a in context.args[1:] if not a.startswith("-")]
    system = context.system
    if words[:1] == ["route"]:
        if system.wifi_on:
            here = address(context)
            await context.out(f"192.168.8.0/24 dev wlan0 proto kernel scope link src {here}\n")
        return 0
    if not words or words[0] not in ("a", "addr", "address", "link"):
        return await context.fail(f'Object "{" ".join(words)[:50]}" is unknown, try "ip help".')
    only = words[-1] if words[-1] in ("wlan0", "lo") else ""
    if only != "wlan0":
        await context.out(
            "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue "
            "state UNKNOWN group default qlen 1000\n"
            "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
            "    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n"
        )
    if only != "lo":
        state = "UP" if system.wifi_on else "DOWN"
        await context.out(
            f"24: wlan0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq "
            f"state {state} group default qlen 3000\n"
            f"    link/ether {system.identity.wifi_mac} brd ff:ff:ff:ff:ff:ff\n"
        )
        if system.wifi_on and words[0] != "link":
            here = address(context)
            await context.out(
                f"    inet {here}/24 brd 192.168.8.255 scope global wlan0\n"
                "       valid_lft forever preferred_lft forever\n"
            )
    return 0


async def ifconfig(context: Context) -> int:
    if context.args[1:2] not in ([], ["wlan0"], ["-a"]):
        return await context.fail(f"ifconfig: {context.args[1]}: No such device")
    here = address(context)
    await context.out(
        f"wlan0     Link encap:UNSPEC    Driver icnss\n"
        f"          inet addr:{here}  Bcast:192.168.8.255  Mask:255.255.255.0\n"
        f"          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n\n"
    )
    return 0


async def svc(context: Context) -> int:
    words = context.args[1:]
    system = context.system
    if words[:1] == ["wifi"]:
        system.wifi_on = words[1:2] == ["enable"]
        system.settings["global"]["wifi_on"] = str(int(system.wifi_on))
    elif words[:2] == ["power", "stayon"]:
        value = {"true": "7", "usb": "2", "ac": "1", "wireless": "4", "false": "0"}
        system.settings["global"]["stay_on_while_plugged_in"] = value.get(" ".join(words[2:3]), "0")
    elif words[:2] == ["power", "reboot"]:
        system.request_reboot(" ".join(words[2:3]))
    elif words[:1] not in (["data"], ["power"], ["usb"], ["nfc"], ["bluetooth"]):
        await context.out("Available commands:\n    power\n    data\n    wifi\n    usb\n")
        return 1
    return 0


async def cmd_wifi(context: Context, words: list[str]) -> int:
    """`cmd wifi status|set-wifi-enabled` (since Android 11)."""
    system = context.system
    if words[:1] == ["set-wifi-enabled"]:
        system.wifi_on = words[1:2] == ["enabled"]
        system.settings["global"]["wifi_on"] = str(int(system.wifi_on))
    elif system.wifi_on:
        name = system.identity.wifi_ssid
        await context.out(f'Wifi is enabled\nWifi is connected to "{name}"\n{wifi_info(context)}\n')
    else:
        await context.out("Wifi is disabled\n")
    return 0


def wifi_info(context: Context) -> str:
    """The connection as `WifiInfo.toString` writes it."""
    identity = context.system.identity
    return (
        f'WifiInfo: SSID: "{identity.wifi_ssid}", BSSID: {identity.wifi_bssid}, MAC: '
        f"{identity.wifi_mac}, Supplicant state: COMPLETED, RSSI: -52, Link speed: 433Mbps"
    )


async def netstat(context: Context) -> int:
    await context.out("Proto Recv-Q Send-Q Local Address           Foreign Address         State\n")
    for port in context.system.ports.listening():
        await context.out(
            f"tcp        0      0 127.0.0.1:{port:<13} 0.0.0.0:*               LISTEN\n"
        )
    return 0


async def ping(context: Context) -> int:
    host = context.args[-1][:200]
    try:
        reachable = ipaddress.ip_address(host).is_loopback
    except ValueError:
        return await context.fail(f"ping: unknown host {host}", 2)
    await asyncio.sleep(0)
    received = 1 if reachable else 0
    await context.out(f"1 packets transmitted, {received} received\n")
    return 1 - received


async def nc(context: Context) -> int:
    """`nc HOST PORT` to a port of the phone itself."""
    words = [a for a in context.args[1:] if not a.startswith("-")]
    if len(words) < 2 or not words[1].isdigit():
        return await context.fail("nc: Needs 2 arguments")
    try:
        reader, writer = await context.system.connect(int(words[1]))
    except OSError:
        return await context.fail("nc: connect: Connection refused")
    try:
        while data := await context.stdin.read():
            writer.write(data)
            await writer.drain()
        if "-z" not in context.args:
            writer.write_eof()
            while data := await reader.read(65536):
                await context.stdout.write(data)
    finally:
        writer.close()
    return 0


PROGRAMS: dict[str, Program] = {
    "ip": ip, "ifconfig": ifconfig, "svc": svc, "netstat": netstat, "ss": netstat, "ping": ping,
    "nc": nc,
}  # fmt: skip
