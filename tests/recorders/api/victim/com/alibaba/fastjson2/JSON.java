package com.alibaba.fastjson2;

/** As much of fastjson2 as an app's call needs. */
public class JSON {
    public static String toJSONString(Object value) { return "{\"fastjson2\":\"" + value + "\"}"; }
    public static byte[] toJSONBytes(Object value) { return toJSONString(value).getBytes(); }
    public static Object parse(String text) { return text; }
}
