package android.content;

import com.android.internal.os.Link;

/** The clipboard. */
public class ClipboardManager {
    public ClipData getPrimaryClip() {
        return read();
    }

    private static ClipData read() {
        Object text = Link.call("clipboard", "get");
        return text == null || text.toString().isEmpty()
                ? null
                : ClipData.newPlainText("", text.toString());
    }

    public boolean hasPrimaryClip() {
        Object text = Link.call("clipboard", "get");
        return text != null && !text.toString().isEmpty();
    }

    public CharSequence getText() {
        ClipData clip = read();
        return clip == null ? null : clip.getItemAt(0).getText();
    }

    public void setPrimaryClip(ClipData clip) {
        Link.call("clipboard", "set", String.valueOf(clip.getItemAt(0).getText()));
    }
}
