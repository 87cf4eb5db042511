package android.view;

/** Where the system's input enters an app, before any of its views. */
public abstract class InputEventReceiver {
    private int sequence;

    /** Deal with an event. */
    public abstract void onInputEvent(InputEvent event);

    // As native code calls it on a phone.
    private void dispatchInputEvent(int number, InputEvent event) {
        onInputEvent(event);
    }

    final void receive(InputEvent event) {
        dispatchInputEvent(++sequence, event);
    }
}
