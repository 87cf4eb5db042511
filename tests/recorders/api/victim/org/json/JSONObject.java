package org.json;

/** As far as the victim needs it. */
public class JSONObject {
    private final String name;

    public JSONObject(String name) { this.name = name; }

    @Override
    public String toString() { return "{\"" + name + "\":\"860000000000000\"}"; }
}
