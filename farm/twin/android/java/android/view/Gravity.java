package android.view;

/** Where things go in more room than they need. */
public class Gravity {
    public static final int CENTER_VERTICAL = 0x10;
    public static final int CENTER_HORIZONTAL = 0x01;
    public static final int CENTER = CENTER_VERTICAL | CENTER_HORIZONTAL;
    public static final int LEFT = 0x03;
    public static final int RIGHT = 0x05;
    public static final int TOP = 0x30;
    public static final int BOTTOM = 0x50;
    public static final int END = 0x00800005;

    /** The gravity by its name in layouts. */
    public static String nameOf(int gravity) {
        if ((gravity & CENTER) == CENTER && (gravity & 0x66) == 0) {
            return "center";
        }
        if ((gravity & 0x07) == RIGHT) {
            return "right";
        }
        if ((gravity & 0x07) == CENTER_HORIZONTAL) {
            return "center_horizontal";
        }
        if ((gravity & 0x70) == CENTER_VERTICAL) {
            return "center_vertical";
        }
        return (gravity & 0x70) == BOTTOM ? "bottom" : "";
    }
}
