package android.view;

import com.android.internal.os.Json;
import com.android.internal.os.Link;
import java.util.Map;

/** A window's views on their way to the screen; changes within one turn are sent once. */
public final class LayoutRoot {
    private final String type;
    private final String activity;
    private final String id = Windows.nextWindow();
    private View content;
    private Runnable back = () -> {};
    private CharSequence title = "";
    private boolean shown;
    private boolean scheduled;

    public LayoutRoot(String type, String activity) {
        this.type = type;
        this.activity = activity;
    }

    public void onBack(Runnable action) {
        back = action;
    }

    public void setContent(View view) {
        if (content != null) {
            content.root = null;
        }
        content = view;
        content.root = this;
        schedule();
    }

    public <T extends View> T find(int wanted) {
        return content == null ? null : content.find(wanted);
    }

    public void show(CharSequence text) {
        title = text;
        shown = true;
        Windows.add(id, this);
        schedule();
    }

    public void remove() {
        if (shown) {
            shown = false;
            Windows.remove(id);
            Link.send("op", "window_gone", "id", id);
        }
    }

    synchronized void schedule() {
        if (shown && !scheduled) {
            scheduled = true;
            Windows.HANDLER.post(this::draw);
        }
    }

    private void draw() {
        synchronized (this) {
            scheduled = false;
        }
        if (!shown) {
            return;
        }
        Map<String, Object> tree = content == null
                ? Json.map("id", 0, "class", "android.widget.FrameLayout", "background", "#ffffffff")
                : content.describe();
        Link.send("op", "window", "id", id, "type", type, "activity", activity,
                "title", Windows.bounded(title), "tree", tree);
    }

    View numbered(int wanted) {
        return content == null ? null : content.numbered(wanted);
    }

    void back() {
        back.run();
    }
}
