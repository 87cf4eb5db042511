package android.widget;

import android.content.Context;
import java.util.Map;

/** A view larger than its place. */
public class ScrollView extends FrameLayout {
    public ScrollView(Context context) {
        super(context);
    }

    @Override
    protected Map<String, Object> describe() {
        Map<String, Object> node = super.describe();
        node.put("scrollable", true);
        return node;
    }
}
