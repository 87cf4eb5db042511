package android.database;

/** Rows of an answer. */
public interface Cursor extends AutoCloseable {
    int getCount();

    boolean moveToFirst();

    boolean moveToNext();

    int getColumnIndex(String columnName);

    int getColumnIndexOrThrow(String columnName);

    boolean isNull(int columnIndex);

    String getString(int columnIndex);

    long getLong(int columnIndex);

    String[] getColumnNames();

    @Override
    void close();
}
