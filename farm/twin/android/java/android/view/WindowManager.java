package android.view;

/** The windows' manager. */
public class WindowManager {
    public Display getDefaultDisplay() {
        return new Display();
    }
}
