package android.widget;

import android.content.Context;
import android.view.Gravity;
import android.view.ViewGroup;
import java.util.Map;

/** Views in a row or a column. */
public class LinearLayout extends ViewGroup {
    public static final int HORIZONTAL = 0;
    public static final int VERTICAL = 1;
    private int orientation = HORIZONTAL;
    private int gravity;

    /** Layout in a row or a column: a share of the room left. */
    public static class LayoutParams extends ViewGroup.LayoutParams {
        public float weight;

        public LayoutParams(int width, int height) {
            super(width, height);
        }

        public LayoutParams(int width, int height, float weight) {
            super(width, height);
            this.weight = weight;
        }

        @Override
        protected void describe(Map<String, Object> node) {
            super.describe(node);
            node.put("weight", weight);
        }
    }

    public LinearLayout(Context context) {
        super(context);
    }

    public void setOrientation(int value) {
        orientation = value;
        invalidate();
    }

    public void setGravity(int value) {
        gravity = value;
        invalidate();
    }

    @Override
    protected Map<String, Object> describe() {
        Map<String, Object> node = super.describe();
        node.put("orientation", orientation == VERTICAL ? "vertical" : "horizontal");
        node.put("gravity", Gravity.nameOf(gravity));
        return node;
    }
}
