package android.database;

/** Rows of an answer. */
public interface Cursor extends AutoCloseable {
    int getCount();

    boolean moveToFirst();

    boolean moveToNext();

    int getColumnIndex(String columnName);

    String getString(int columnIndex);

    String[] getColumnNames();

    @Override
    void close();
}
