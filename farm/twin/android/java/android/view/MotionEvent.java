package android.view;

/** One finger on the screen. */
public final class MotionEvent extends InputEvent {
    public static final int ACTION_DOWN = 0;
    public static final int ACTION_UP = 1;

    private final int action;
    private final float rawX;
    private final float rawY;

    MotionEvent(int action, float rawX, float rawY) {
        this.action = action;
        this.rawX = rawX;
        this.rawY = rawY;
    }

    public int getAction() {
        return action;
    }

    public int getActionMasked() {
        return action;
    }

    public float getRawX() {
        return rawX;
    }

    public float getRawY() {
        return rawY;
    }
}
