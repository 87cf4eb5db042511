package com.squareup.moshi;

/** As much of Moshi as an app's call needs: adapters are the app's own, of this class. */
public abstract class JsonAdapter<T> {
    public abstract void toJson(StringBuilder writer, T value);
    public final String toJson(T value) {
        StringBuilder writer = new StringBuilder();
        toJson(writer, value);
        return writer.toString();
    }
}
