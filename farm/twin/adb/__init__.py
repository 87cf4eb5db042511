"""The phone's side of the ADB protocol, in asyncio on loopback.

Speaks the wire protocol, the file transfer protocol and the stream services that the adb server
opens. Knows nothing of Android: what a shell command or a port means is handed in.
"""
