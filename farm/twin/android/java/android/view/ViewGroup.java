package android.view;

import android.content.Context;
import com.android.internal.os.Binding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A view of views. */
public abstract class ViewGroup extends View {
    private final List<View> children = new ArrayList<>();

    /** How a view wants to be laid out; pixels, or one of the constants. */
    public static class LayoutParams {
        public static final int MATCH_PARENT = -1;
        public static final int WRAP_CONTENT = -2;
        public int width;
        public int height;

        public LayoutParams(int width, int height) {
            this.width = width;
            this.height = height;
        }

        /** Adds these to a view's description. */
        protected void describe(Map<String, Object> node) {
            node.put("width", size(width));
            node.put("height", size(height));
        }

        private static Object size(int pixels) {
            if (pixels == MATCH_PARENT) {
                return "match";
            }
            return pixels == WRAP_CONTENT ? "wrap" : (Object) (pixels * 160f / Binding.density());
        }
    }

    public ViewGroup(Context context) {
        super(context);
    }

    public void addView(View child) {
        addView(child, child.getLayoutParams());
    }

    public void addView(View child, LayoutParams params) {
        if (child.parent != null) {
            throw new IllegalStateException("The specified child already has a parent. "
                    + "You must call removeView() on the child's parent first.");
        }
        child.parent = this;
        child.params = params;
        synchronized (children) {
            children.add(child);
        }
        invalidate();
    }

    public void removeView(View child) {
        synchronized (children) {
            if (!children.remove(child)) {
                return;
            }
        }
        child.parent = null;
        invalidate();
    }

    public void removeAllViews() {
        for (View child : all()) {
            removeView(child);
        }
    }

    public int getChildCount() {
        return all().size();
    }

    public View getChildAt(int index) {
        List<View> views = all();
        return index >= 0 && index < views.size() ? views.get(index) : null;
    }

    private List<View> all() {
        synchronized (children) {
            return new ArrayList<>(children);
        }
    }

    @Override
    <T extends View> T find(int wanted) {
        T found = super.find(wanted);
        for (View child : all()) {
            if (found != null) {
                break;
            }
            found = child.find(wanted);
        }
        return found;
    }

    @Override
    View numbered(int wanted) {
        View found = super.numbered(wanted);
        for (View child : all()) {
            if (found != null) {
                break;
            }
            found = child.numbered(wanted);
        }
        return found;
    }

    @Override
    protected Map<String, Object> describe() {
        Map<String, Object> node = super.describe();
        List<Object> nodes = new ArrayList<>();
        for (View child : all()) {
            nodes.add(child.describe());
        }
        node.put("children", nodes);
        return node;
    }
}
