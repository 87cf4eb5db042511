"""One session's folder: append, seal, sign, verify, recover, read.

The contract between the half of the farm that touches phones and the half that judges. Knows
nothing of phones, recorders or rules.
"""

from farm.recording.journal import BeingWritten
from farm.recording.keys import fingerprint, load_or_create_key, load_public_key
from farm.recording.reader import Recording
from farm.recording.recover import recover
from farm.recording.seal import seal
from farm.recording.stream_writer import StreamWriter
from farm.recording.verify import signer, verify
from farm.recording.writer import RecordingWriter

__all__ = [
    "BeingWritten",
    "Recording",
    "RecordingWriter",
    "StreamWriter",
    "fingerprint",
    "load_or_create_key",
    "load_public_key",
    "recover",
    "seal",
    "signer",
    "verify",
]
