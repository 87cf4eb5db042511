package android.view;

import android.content.Context;
import android.content.res.Resources;
import com.android.internal.os.Binding;
import java.util.LinkedHashMap;
import java.util.Map;

/** Something on the screen. */
public class View {
    public static final int VISIBLE = 0;
    public static final int INVISIBLE = 4;
    public static final int GONE = 8;
    public static final int NO_ID = -1;
    public static final int IMPORTANT_FOR_ACCESSIBILITY_AUTO = 0;
    public static final int IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS = 4;

    /** Told of a tap. */
    public interface OnClickListener {
        void onClick(View view);
    }

    /** Told of a long press. */
    public interface OnLongClickListener {
        boolean onLongClick(View view);
    }

    private final Context context;
    private final int number = Windows.nextView();
    private int id = NO_ID;
    private CharSequence description;
    private OnClickListener clicked;
    private OnLongClickListener longClicked;
    private boolean clickable;
    private boolean enabled = true;
    private int visibility = VISIBLE;
    private int background;
    private int padding;
    private boolean hidesBelow;
    private Object tag;
    ViewGroup.LayoutParams params;
    LayoutRoot root;
    ViewGroup parent;

    public View(Context context) {
        this.context = context;
    }

    public final Context getContext() {
        return context;
    }

    public Resources getResources() {
        return context.getResources();
    }

    public int getId() {
        return id;
    }

    public void setId(int id) {
        this.id = id;
        invalidate();
    }

    public void setContentDescription(CharSequence text) {
        description = text;
        invalidate();
    }

    public void setOnClickListener(OnClickListener listener) {
        clicked = listener;
        setClickable(true);
    }

    public void setOnLongClickListener(OnLongClickListener listener) {
        longClicked = listener;
        invalidate();
    }

    public void setClickable(boolean clickable) {
        this.clickable = clickable;
        invalidate();
    }

    public boolean isClickable() {
        return clickable;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
        invalidate();
    }

    public boolean isEnabled() {
        return enabled;
    }

    public void setVisibility(int visibility) {
        this.visibility = visibility;
        invalidate();
    }

    public int getVisibility() {
        return visibility;
    }

    public void setBackgroundColor(int color) {
        background = color;
        invalidate();
    }

    public void setPadding(int left, int top, int right, int bottom) {
        setPadding(Math.round(left * 160f / Binding.density()));
    }

    /** The same room on each side, in dp. */
    public final void setPadding(int dp) {
        padding = dp;
        invalidate();
    }

    /** Whether accessibility hears of this view and of what is in it. */
    public void setImportantForAccessibility(int mode) {
        hidesBelow = mode == IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS;
        invalidate();
    }

    public void setTag(Object tag) {
        this.tag = tag;
    }

    public Object getTag() {
        return tag;
    }

    public ViewGroup.LayoutParams getLayoutParams() {
        return params;
    }

    public void setLayoutParams(ViewGroup.LayoutParams params) {
        this.params = params;
        invalidate();
    }

    public boolean performClick() {
        if (clicked == null) {
            return false;
        }
        clicked.onClick(this);
        return true;
    }

    public boolean performLongClick() {
        return longClicked != null && longClicked.onLongClick(this);
    }

    public boolean post(Runnable action) {
        return Windows.HANDLER.post(action);
    }

    public boolean postDelayed(Runnable action, long delayMillis) {
        return Windows.HANDLER.postDelayed(action, delayMillis);
    }

    public <T extends View> T findViewById(int wanted) {
        return find(wanted);
    }

    @SuppressWarnings("unchecked")
    <T extends View> T find(int wanted) {
        return id == wanted ? (T) this : null;
    }

    View numbered(int wanted) {
        return number == wanted ? this : null;
    }

    /** What is seen is no longer what the screen shows. */
    public void invalidate() {
        LayoutRoot shown = shownIn();
        if (shown != null) {
            shown.schedule();
        }
    }

    private LayoutRoot shownIn() {
        View view = this;
        while (view.parent != null) {
            view = view.parent;
        }
        return view.root;
    }

    /** This view as the system draws it. */
    protected Map<String, Object> describe() {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("id", number);
        node.put("class", widgetClass().getName());
        String name = resourceName();
        if (!name.isEmpty()) {
            node.put("resource", name);
        }
        if (description != null) {
            node.put("desc", Windows.bounded(description));
        }
        node.put("clickable", clickable);
        node.put("long_clickable", longClicked != null);
        node.put("enabled", enabled);
        if (background != 0) {
            node.put("background", Windows.color(background));
        }
        node.put("padding", padding);
        if (hidesBelow) {
            node.put("hides_below", true);
        }
        if (visibility == GONE) {
            node.put("visibility", "gone");
        } else if (visibility == INVISIBLE) {
            node.put("visibility", "invisible");
        }
        if (params != null) {
            params.describe(node);
        }
        return node;
    }

    private String resourceName() {
        if (id >>> 24 == 0x01) {
            return FrameworkIds.nameOf(id);
        }
        return Resources.nameOf(id);
    }

    /** Accessibility names the platform's class, also for an app's subclass of it. */
    private Class<?> widgetClass() {
        Class<?> type = getClass();
        while (type.getClassLoader() != View.class.getClassLoader()) {
            type = type.getSuperclass();
        }
        return type;
    }
}
