package com.example.metrics.internal;

import com.example.kit.Digests;

/** How 示例统计 SDK names a device. */
public final class DeviceToken {
    private DeviceToken() {}

    public static String of(String androidId) {
        return androidId == null ? "" : Digests.md5(androidId);
    }
}
