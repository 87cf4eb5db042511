package android.media;

import android.Manifest.permission;
import com.android.internal.os.Binding;

/** Sound and film from microphone and camera. */
public class MediaRecorder {
    /** Where sound comes from. */
    public final class AudioSource {
        public static final int DEFAULT = 0;
        public static final int MIC = 1;

        private AudioSource() {}
    }

    public void setAudioSource(int audioSource) {
        if (!Binding.isGranted(permission.RECORD_AUDIO)) {
            throw new RuntimeException("setAudioSource failed.");
        }
    }

    public void setVideoSource(int videoSource) {
        if (!Binding.isGranted(permission.CAMERA)) {
            throw new RuntimeException("setVideoSource failed.");
        }
    }

    public void prepare() {}

    public void start() {}

    public void stop() {}

    public void release() {}
}
