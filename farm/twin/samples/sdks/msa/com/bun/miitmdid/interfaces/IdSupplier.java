package com.bun.miitmdid.interfaces;

/** The names by which apps get the OAID from the Mobile Security Alliance's library. */
public interface IdSupplier {
    String getOAID();

    boolean isSupported();
}
