package android.hardware.camera2;

/** An open camera. */
public abstract class CameraDevice {
    public abstract String getId();

    /** Who is told what becomes of a camera. */
    public abstract static class StateCallback {
        public abstract void onOpened(CameraDevice camera);

        public abstract void onError(CameraDevice camera, int error);
    }
}
