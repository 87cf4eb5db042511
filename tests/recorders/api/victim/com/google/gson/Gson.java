package com.google.gson;

/** As much of Gson as an app's call needs. */
public class Gson {
    public String toJson(Object value) { return toJson(value, value.getClass()); }
    public String toJson(Object value, java.lang.reflect.Type type) { return "{\"gson\":\"" + value + "\"}"; }
    public <T> T fromJson(String json, Class<T> type) { return null; }
}
