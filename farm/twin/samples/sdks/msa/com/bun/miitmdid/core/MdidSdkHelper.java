package com.bun.miitmdid.core;

import android.content.Context;
import com.bun.miitmdid.interfaces.IIdentifierListener;
import com.bun.miitmdid.interfaces.IdSupplier;

/** The library's entry; the phone's own service answers behind it. */
public class MdidSdkHelper {
    public static int InitSdk(Context context, boolean logging, IIdentifierListener listener) {
        listener.onSupport(new Supplier(context));
        return 0;
    }

    private static final class Supplier implements IdSupplier {
        private final String oaid;

        Supplier(Context context) {
            oaid = String.valueOf(context.getSystemService("oaid"));
        }

        @Override
        public String getOAID() {
            return oaid;
        }

        @Override
        public boolean isSupported() {
            return !oaid.equals("null");
        }
    }
}
