package com.heytap.openid.sdk;

public class OpenIDSDK {
    public static String getOAID(Object context) { return "late-oaid"; }
}
