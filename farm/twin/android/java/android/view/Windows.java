package android.view;

import android.os.Handler;
import android.os.Looper;
import android.widget.EditText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The windows of this process, and the input the system sends to them. */
public final class Windows {
    static final Handler HANDLER = new Handler(Looper.getMainLooper());
    // As TextUtils.trimToParcelableSize: longer texts are cut on their way out of the process.
    private static final int MAX_TEXT = 100_000;
    private static final AtomicInteger VIEWS = new AtomicInteger();
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Map<String, LayoutRoot> SHOWN = new LinkedHashMap<>();

    private Windows() {}

    static int nextView() {
        return VIEWS.incrementAndGet();
    }

    static String nextWindow() {
        return "w" + NUMBERS.incrementAndGet();
    }

    static synchronized void add(String id, LayoutRoot root) {
        SHOWN.put(id, root);
    }

    static synchronized void remove(String id) {
        SHOWN.remove(id);
    }

    private static synchronized LayoutRoot window(String id) {
        return SHOWN.get(id);
    }

    private static View view(String window, int number) {
        LayoutRoot root = window(window);
        View view = root == null ? null : root.numbered(number);
        return view != null && view.isEnabled() ? view : null;
    }

    /** A tap on a view at a point of the screen; nothing where it is gone or disabled meanwhile. */
    public static void click(String window, int number, int x, int y) {
        View view = view(window, number);
        if (view == null) {
            return;
        }
        InputEventReceiver finger = new InputEventReceiver() {
            @Override
            public void onInputEvent(InputEvent event) {
                if (((MotionEvent) event).getActionMasked() == MotionEvent.ACTION_UP) {
                    view.performClick();
                }
            }
        };
        finger.receive(new MotionEvent(MotionEvent.ACTION_DOWN, x, y));
        finger.receive(new MotionEvent(MotionEvent.ACTION_UP, x, y));
    }

    /** A long press on a view. */
    public static void longClick(String window, int number) {
        View view = view(window, number);
        if (view != null) {
            view.performLongClick();
        }
    }

    /** Text typed into a view. */
    public static void type(String window, int number, String text) {
        View view = view(window, number);
        if (view instanceof EditText) {
            ((EditText) view).setText(text);
        }
    }

    /** The back key, for the window on top. */
    public static void back() {
        LayoutRoot top = null;
        synchronized (Windows.class) {
            for (LayoutRoot root : SHOWN.values()) {
                top = root;
            }
        }
        if (top != null) {
            top.back();
        }
    }

    /** A text no longer than the system takes. */
    public static String bounded(CharSequence text) {
        String whole = String.valueOf(text);
        return whole.length() <= MAX_TEXT ? whole : whole.substring(0, MAX_TEXT);
    }

    /** A colour as `#aarrggbb`. */
    public static String color(int argb) {
        return String.format("#%08x", argb);
    }
}
