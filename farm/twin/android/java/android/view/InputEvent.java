package android.view;

/** Something that came from an input device. */
public abstract class InputEvent {
    InputEvent() {}
}
