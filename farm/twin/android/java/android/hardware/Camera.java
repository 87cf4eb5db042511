package android.hardware;

import android.Manifest.permission;
import com.android.internal.os.Binding;

/** The camera, by its first programming interface. */
public class Camera {
    public static Camera open() {
        return connect();
    }

    public static Camera open(int cameraId) {
        return connect();
    }

    private static Camera connect() {
        if (!Binding.isGranted(permission.CAMERA)) {
            throw new RuntimeException("Fail to connect to camera service");
        }
        return new Camera();
    }

    public static int getNumberOfCameras() {
        return 2;
    }

    public final void release() {}
}
