package com.fasterxml.jackson.databind;

/** As much of Jackson as an app's call needs. */
public class ObjectMapper {
    public String writeValueAsString(Object value) { return "{\"jackson\":\"" + value + "\"}"; }
    public byte[] writeValueAsBytes(Object value) { return writeValueAsString(value).getBytes(); }
    public <T> T readValue(String content, Class<T> type) { return null; }
}
