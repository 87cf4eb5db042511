package android.view;

/** Its private method has the parameters of Android 5 to 8 and 10 on; the other those of 9. */
public abstract class InputEventReceiver {
    public abstract void onInputEvent(InputEvent event);

    private void dispatchInputEvent(int number, InputEvent event) {
        onInputEvent(event);
    }

    private void dispatchInputEvent(int number, InputEvent event, int display) {
        onInputEvent(event);
    }

    /** As the system's native code calls it. */
    public void fromNative(InputEvent event, boolean pie) {
        if (pie) {
            dispatchInputEvent(1, event, 0);
        } else {
            dispatchInputEvent(1, event);
        }
    }
}
