package android.content;

/** What lies on the clipboard. */
public class ClipData {
    private final Item item;

    ClipData(Item item) {
        this.item = item;
    }

    public static ClipData newPlainText(CharSequence label, CharSequence text) {
        return new ClipData(new Item(text));
    }

    public int getItemCount() {
        return 1;
    }

    public Item getItemAt(int index) {
        return item;
    }

    /** One thing on the clipboard. */
    public static class Item {
        private final CharSequence text;

        public Item(CharSequence text) {
            this.text = text;
        }

        public CharSequence getText() {
            return text;
        }
    }
}
