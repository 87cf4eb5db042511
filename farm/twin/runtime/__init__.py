"""The running half of a twin: app processes, windows, uiautomator2, Frida and the network.

It knows nothing of adb, shells or files; those belong to the system half, met through
`farm.twin.contracts` alone.
"""
