package android.view;

public class MotionEvent extends InputEvent {
    private final int action;
    private final float x;
    private final float y;

    public MotionEvent(int action, float x, float y) {
        this.action = action;
        this.x = x;
        this.y = y;
    }

    public int getActionMasked() {
        return action & 0xff;
    }

    public float getRawX() {
        return x;
    }

    public float getRawY() {
        return y;
    }
}
