package com.example.victim;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import com.squareup.moshi.JsonAdapter;

/** Writes JSON with each library that apps use; answers with what came out. */
public class Serialises {
    private static final String VALUE = "860000000000000";

    static class Adapter extends JsonAdapter<String> {
        @Override
        public void toJson(StringBuilder writer, String value) {
            writer.append("{\"moshi\":\"").append(value).append("\"}");
        }
    }

    /** The app's own, which only shares a name with Gson's. */
    static class Own {
        String toJson(Object value) { return "{\"own\":\"" + value + "\"}"; }
    }

    public static String run(String what) {
        switch (what) {
            case "gson": return new Gson().toJson(VALUE);
            case "fastjson": return com.alibaba.fastjson.JSON.toJSONString(VALUE);
            case "fastjson.bytes": return new String(com.alibaba.fastjson.JSON.toJSONBytes(VALUE));
            case "fastjson2": return com.alibaba.fastjson2.JSON.toJSONString(VALUE);
            case "fastjson2.bytes": return new String(com.alibaba.fastjson2.JSON.toJSONBytes(VALUE));
            case "jackson": return new ObjectMapper().writeValueAsString(VALUE);
            case "jackson.bytes": return new String(new ObjectMapper().writeValueAsBytes(VALUE));
            case "moshi": return new Adapter().toJson(VALUE);
            case "near": {
                new Gson().fromJson("{}", String.class);
                com.alibaba.fastjson.JSON.parse("{}");
                com.alibaba.fastjson2.JSON.parse("{}");
                new ObjectMapper().readValue("{}", String.class);
                new Adapter().toJson(new StringBuilder(), VALUE);
                return new Own().toJson(VALUE);
            }
            default: return "?";
        }
    }
}
