package android.media;

import android.Manifest.permission;
import com.android.internal.os.Binding;

/** Raw sound from the microphone. */
public class AudioRecord {
    public static final int STATE_UNINITIALIZED = 0;
    public static final int STATE_INITIALIZED = 1;
    private final boolean initialized;
    private boolean recording;

    public AudioRecord(int audioSource, int sampleRateInHz, int channelConfig, int audioFormat,
            int bufferSizeInBytes) {
        initialized = Binding.isGranted(permission.RECORD_AUDIO);
    }

    public int getState() {
        return initialized ? STATE_INITIALIZED : STATE_UNINITIALIZED;
    }

    public void startRecording() {
        if (!initialized) {
            throw new IllegalStateException("startRecording() called on an uninitialized AudioRecord.");
        }
        recording = true;
    }

    /** Silence. */
    public int read(byte[] audioData, int offsetInBytes, int sizeInBytes) {
        return recording ? sizeInBytes : 0;
    }

    public void stop() {
        recording = false;
    }

    public void release() {}
}
