"""`dumpsys`: state of the system services in the format of the profile's Android version."""

import re
import time

from farm.twin.contracts import InstalledPackage
from farm.twin.system.commands.location import dump_location
from farm.twin.system.commands.network import address
from farm.twin.system.permissions import is_runtime
from farm.twin.system.shell_context import Context, Program

BATTERY = {
    "AC powered": "false", "USB powered": "true", "Wireless powered": "false", "status": "2",
    "health": "2", "present": "true", "level": "100", "scale": "100", "voltage": "4327",
    "temperature": "290", "technology": "Li-ion",
}  # fmt: skip
SERVICES = (
    "activity", "battery", "connectivity", "deviceidle", "display", "input_method", "location",
    "meminfo", "package", "power", "wifi", "window",
)  # fmt: skip
USER_STATE = (
    "    User 0: ceDataInode=524291 installed=true hidden=false suspended=false stopped=false "
    "notLaunched=false enabled=0 instant=false virtual=false"
)


async def dumpsys(context: Context) -> int:
    words = context.args[1:]
    while words and words[0] in ("-t", "-T", "--skip"):
        words = words[2:]
    if words[:1] == ["-l"]:
        await context.out("Currently running services:\n" + "".join(f"  {s}\n" for s in SERVICES))
        return 0
    name, rest = (words[0], words[1:]) if words else ("", [])
    system = context.system
    if name == "window":
        await context.out(_window(context, rest))
    elif name == "activity":
        await context.out(_activity(context, rest))
    elif name == "package":
        names = [w for w in rest if not w.startswith("-")]
        await dump_package(context, names[-1] if names else "")
    elif name == "battery":
        await context.out(_battery(context, rest))
    elif name == "location":
        await context.out(dump_location(context))
    elif name == "wifi":
        await context.out(_wifi(context))
    elif name == "connectivity":
        state = "CONNECTED" if system.wifi_on else "DISCONNECTED"
        await context.out(f"Active default network: 100\nNetworkAgentInfo{{ WIFI () - {state} }}\n")
    elif name == "power":
        await context.out(_power(context))
    elif name == "deviceidle":
        return await device_idle(context, rest)
    elif name == "display":
        w, h = system.screen
        await context.out(
            "DISPLAY MANAGER (dumpsys display)\n"
            "  mViewports=[DisplayViewport{valid=true, displayId=0, orientation=0, "
            f" logicalFrame=Rect(0, 0 - {w}, {h}), deviceWidth={w}, deviceHeight={h}}}]\n"
            f"  Display Power: state={'ON' if system.screen_on else 'OFF'}\n"
        )
    elif name == "input_method":
        await context.out(
            "Current Input Method Manager state:\n"
            f"  mCurMethodId={system.settings['secure'].get('default_input_method', '')}\n"
            "  mInputShown=false\n"
        )
    elif name == "SurfaceFlinger":
        await context.out('Display 0 (HWC display 0): port=0 pnpId=QCM displayName=""\n')
    elif name == "meminfo":
        await context.out(f"Total RAM: {system.profile.memory_kib:,}K (status normal)\n")
    elif name in (
        "cpuinfo",
        "procstats",
        "usagestats",
        "alarm",
        "notification",
        "telephony.registry",
    ):
        await context.out(f"{name.upper()}:\n")
    elif not name:
        await context.out("".join(f"DUMP OF SERVICE {s}:\n" for s in SERVICES))
    else:
        return await context.fail(f"Can't find service: {name[:100]}", 0)
    return 0


def _window(context: Context, words: list[str]) -> str:
    runtime = context.system.runtime
    w, h = context.system.screen
    if words[:1] == ["displays"]:
        return (
            "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)\n  Display: mDisplayId=0\n"
            f"    init={w}x{h} {context.system.density}dpi cur={w}x{h} app={w}x{h} "
            f"rng={w}x{w}-{h}x{h}\n"
        )
    if words[:1] == ["policy"]:
        on = str(context.system.screen_on).lower()
        return (
            "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n"
            f"    mAwake={on}\n    mScreenOnEarly={on} mScreenOnFully={on}\n"
            "    mShowingLockscreen=false mShowingDream=false mDreamingLockscreen=false\n"
            "      showing=false\n"
        )
    return runtime.dump_windows()


def _activity(context: Context, words: list[str]) -> str:
    runtime = context.system.runtime
    if words[:1] in (["processes"], ["p"], ["lru"]):
        rows = "".join(
            f"  *APP* UID {p.uid} ProcessRecord{{1a2b3c4 {p.pid}:{p.name}/u0a{p.uid - 10000}}}\n"
            for p in runtime.processes()
        )
        return "ACTIVITY MANAGER RUNNING PROCESSES (dumpsys activity processes)\n" + rows
    if words[:1] == ["top"]:
        focus = runtime.focused()
        pids = {p.package: p.pid for p in runtime.processes()}
        if focus is None:
            return "ACTIVITY MANAGER TOP (dumpsys activity top)\n"
        package, activity = focus
        short = activity[len(package) :] if activity.startswith(package + ".") else activity
        return (
            f"TASK {package} id=1 userId=0\n"
            f"  ACTIVITY {package}/{short} 5a1c3d2 pid={pids.get(package, '(not running)')}\n"
        )
    if words[:1] in (["services"], ["broadcasts"], ["intents"], ["providers"]):
        return f"ACTIVITY MANAGER {words[0].upper()} (dumpsys activity {words[0]})\n  (nothing)\n"
    return runtime.dump_activities()


def _when(ns: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(ns // 10**9 + 8 * 3600))


async def dump_package(context: Context, name: str) -> None:
    """`dumpsys package NAME` as far as clients read it."""
    manager = context.system.packages_installed
    package = context.system.package(name)
    if package is None:
        await context.out(f"Unable to find package: {name[:200]}\n" if name else "Packages:\n")
        return
    await context.out(_package_text(context, package, manager.min_sdk(name)))


def _package_text(context: Context, package: InstalledPackage, min_sdk: int) -> str:
    system = context.system
    name = package.package
    folder = system.packages_installed.phone_path(package.apks[0].parent)
    flags = "HAS_CODE ALLOW_CLEAR_USER_DATA ALLOW_BACKUP"
    if package.debuggable:
        flags = "DEBUGGABLE " + flags
    mark = package.signer_sha256[:8]
    signatures = f"signatures:[{mark}], past signatures:[]}}"
    activity = package.main_activity
    short = activity[len(name) :] if activity.startswith(name + ".") else activity
    splits = ", ".join(["base", *(f"split_{i}" for i in range(1, len(package.apks)))])
    install = [p for p in package.requested_permissions if not is_runtime(p, system.sdk)]
    runtime = [p for p in package.requested_permissions if is_runtime(p, system.sdk)]
    lines = [
        "Activity Resolver Table:", "  Non-Data Actions:", "      android.intent.action.MAIN:",
        f"        5d2c1b0 {name}/{short} filter a1b2c3d",
        '          Action: "android.intent.action.MAIN"',
        '          Category: "android.intent.category.LAUNCHER"', "",
        "Packages:", f"  Package [{name}] (3f2a9c1):", f"    userId={package.uid}",
        f"    pkg=Package{{7d3c2b1 {name}}}", f"    codePath={folder}",
        f"    resourcePath={folder}",
        f"    legacyNativeLibraryDir={folder}/lib", "    primaryCpuAbi=null",
        f"    versionCode={package.version_code} minSdk={min_sdk} targetSdk={package.target_sdk}",
        f"    versionName={package.version_name}", f"    splits=[{splits}]",
        "    apkSigningVersion=2", f"    dataDir=/data/user/0/{name}",
        f"    firstInstallTime={_when(package.first_install_time)}",
        f"    lastUpdateTime={_when(package.last_update_time)}",
        f"    signatures=PackageSignatures{{{mark[:7]} version:2, " + signatures,
        f"    pkgFlags=[ {flags} ]",
        "    requested permissions:",
        *(f"      {p}" for p in package.requested_permissions),
        "    install permissions:",
        *(f"      {p}: granted={str(p in package.granted_permissions).lower()}" for p in install),
        USER_STATE,
        "      gids=[3003]",
        "      runtime permissions:",
        *(
            f"        {p}: granted={str(p in package.granted_permissions).lower()}, flags=[ ]"
            for p in runtime
        ),
    ]  # fmt: skip
    return "".join(line + "\n" for line in lines)


def _battery(context: Context, words: list[str]) -> str:
    changed = context.system.battery
    if words[:1] == ["set"] and len(words) > 2 and re.fullmatch(r"-?\d{1,6}", words[2]):
        name = {
            "ac": "AC powered", "usb": "USB powered", "wireless": "Wireless powered",
            "temp": "temperature",
        }.get(words[1], words[1])  # fmt: skip
        if name in BATTERY:
            shown = str(words[2] == "1").lower() if "powered" in name else words[2]
            changed[name] = shown
        return ""
    if words[:1] == ["unplug"]:
        changed.update({n: "false" for n in BATTERY if "powered" in n})
        return ""
    if words[:1] == ["reset"]:
        changed.clear()
        return ""
    head = "Current Battery Service state:\n"
    if changed:
        head += "  (UPDATES STOPPED -- use 'reset' to restart)\n"
    return head + "".join(f"  {k}: {v}\n" for k, v in {**BATTERY, **changed}.items())


def _wifi(context: Context) -> str:
    system = context.system
    if not system.wifi_on:
        return "Wi-Fi is disabled\nStay-awake conditions: 0\n"
    identity = system.identity
    return (
        "Wi-Fi is enabled\nStay-awake conditions: 0\n"
        f'mWifiInfo SSID: "{identity.wifi_ssid}", BSSID: {identity.wifi_bssid}, '
        f"MAC: {identity.wifi_mac}, Supplicant state: COMPLETED, RSSI: -52, Link speed: 433Mbps, "
        f"Frequency: 5745MHz, Net ID: 0\nmNetworkInfo [type: WIFI[], state: CONNECTED/CONNECTED]\n"
        f"ipaddr {address(context)}\n"
    )


def _power(context: Context) -> str:
    on = context.system.screen_on
    stay = context.system.settings["global"].get("stay_on_while_plugged_in", "0")
    return (
        "POWER MANAGER (dumpsys power)\n\nPower Manager State:\n"
        f"  mWakefulness={'Awake' if on else 'Asleep'}\n  mIsPowered=true\n  mPlugType=2\n"
        f"  mStayOn={str(stay != '0').lower()}\n"
        f"  mHoldingWakeLockSuspendBlocker={str(on).lower()}\n"
        f"  mHoldingDisplaySuspendBlocker={str(on).lower()}\n"
        f"Display Power: state={'ON' if on else 'OFF'}\n"
    )


async def device_idle(context: Context, words: list[str]) -> int:
    """`dumpsys deviceidle` and `cmd deviceidle`: doze and its exceptions."""
    listed = context.system.idle_whitelist
    if words[:1] == ["whitelist"]:
        for word in words[1:]:
            if word[:1] == "+":
                if context.system.package(word[1:]) is None:
                    await context.out(f"Unknown package: {word[1:200]}\n")
                    continue
                listed.add(word[1:])
                await context.out(f"Added: {word[1:]}\n")
            elif word[:1] == "-":
                listed.discard(word[1:])
                await context.out(f"Removed: {word[1:]}\n")
        if len(words) == 1:
            await context.out("system,com.android.phone,1001\n")
            for name in sorted(listed):
                package = context.system.package(name)
                await context.out(f"user,{name},{package.uid if package else 0}\n")
    elif words[:1] in (["disable"], ["enable"]):
        await context.out(f"Deep idle mode {words[0]}d\nLight idle mode {words[0]}d\n")
    elif words[:1] == ["get"]:
        await context.out("ACTIVE\n")
    else:
        await context.out("  Settings:\n  mState=ACTIVE\n  mLightState=ACTIVE\n")
    return 0


PROGRAMS: dict[str, Program] = {"dumpsys": dumpsys}
