"""Traffic of the phones: a capture process apart from the controller, and the controller's side.

mitmproxy lives in this room (and in `recording.flows`, which reads its files); its errors end
here. Nothing here touches a phone: the caller leads the phone's proxy setting to `port`.
"""

from farm.recorders.network.options import CaptureOptions
from farm.recorders.network.process import CaptureProcess
from farm.recorders.network.session import CaptureSession
from farm.recorders.network.store_name import system_store_name

__all__ = ["CaptureOptions", "CaptureProcess", "CaptureSession", "system_store_name"]
