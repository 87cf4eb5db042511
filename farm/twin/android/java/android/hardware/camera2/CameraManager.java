package android.hardware.camera2;

import android.Manifest.permission;
import android.os.Handler;
import android.os.Looper;
import com.android.internal.os.Binding;

/** The cameras. */
public final class CameraManager {
    public void openCamera(String cameraId, CameraDevice.StateCallback callback, Handler handler) {
        if (!Binding.isGranted(permission.CAMERA)) {
            throw new SecurityException("Lacking privileges to access camera service");
        }
        Handler target = handler == null ? new Handler(Looper.getMainLooper()) : handler;
        target.post(() -> callback.onOpened(new CameraDevice() {
            @Override
            public String getId() {
                return cameraId;
            }
        }));
    }

    public String[] getCameraIdList() {
        return new String[] {"0", "1"};
    }
}
