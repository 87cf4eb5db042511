package com.alibaba.fastjson;

/** As much of fastjson as an app's call needs. */
public class JSON {
    public static String toJSONString(Object value) { return "{\"fastjson\":\"" + value + "\"}"; }
    public static byte[] toJSONBytes(Object value) { return toJSONString(value).getBytes(); }
    public static Object parse(String text) { return text; }
}
