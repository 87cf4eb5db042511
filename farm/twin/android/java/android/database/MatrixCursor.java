package android.database;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows held in memory. */
public class MatrixCursor implements Cursor {
    private final String[] columns;
    private final List<Object[]> rows = new ArrayList<>();
    private int at = -1;

    public MatrixCursor(String[] columnNames) {
        columns = columnNames.clone();
    }

    public void addRow(Object[] values) {
        rows.add(values.clone());
    }

    @Override
    public int getCount() {
        return rows.size();
    }

    @Override
    public boolean moveToFirst() {
        at = 0;
        return !rows.isEmpty();
    }

    @Override
    public boolean moveToNext() {
        at = Math.min(at + 1, rows.size());
        return at < rows.size();
    }

    @Override
    public int getColumnIndex(String columnName) {
        return Arrays.asList(columns).indexOf(columnName);
    }

    @Override
    public int getColumnIndexOrThrow(String columnName) {
        int index = getColumnIndex(columnName);
        if (index < 0) {
            throw new IllegalArgumentException("column '" + columnName + "' does not exist");
        }
        return index;
    }

    @Override
    public boolean isNull(int columnIndex) {
        return rows.get(at)[columnIndex] == null;
    }

    @Override
    public long getLong(int columnIndex) {
        Object value = rows.get(at)[columnIndex];
        if (value instanceof Number) {
            return ((Number) value).longValue();
        }
        return value == null ? 0 : Long.parseLong(value.toString());
    }

    @Override
    public String getString(int columnIndex) {
        Object value = rows.get(at)[columnIndex];
        return value == null ? null : value.toString();
    }

    @Override
    public String[] getColumnNames() {
        return columns.clone();
    }

    @Override
    public void close() {}
}
