"""Addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from huiqi_portal.accounts.pages import administration, auditors, mine, officers, registration, signing, tokens

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("sign-out/everywhere/", signing.sign_out_everywhere, name="sign_out_everywhere"),
    path("password/", signing.password, name="password"),
    path("password/forgotten/", signing.forgotten, name="forgotten"),
    path("password/choose/<uidb64>/<token>/", signing.choose, name="choose"),
    path("register/", registration.register, name="register"),
    path("me/", mine.me, name="me"),
    path("me/firms/", mine.ask_for_firm, name="ask_for_firm"),
    path("me/firms/<int:number>/give-up/", mine.give_up_firm, name="give_up_firm"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/all/", tokens.all_tokens, name="all_tokens"),
    path("tokens/<int:number>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("readers/<str:subject>/", mine.readers, name="readers"),
    path("users/", administration.users, name="users"),
    path("users/new/", administration.new_user, name="new_user"),
    path("users/<int:number>/", administration.user, name="user"),
    re_path(r"^users/(?P<number>[0-9]{1,18})/(?P<what>role|close|open|unlock|sign-out|link)/$", administration.change_user, name="change_user"),
    path("memberships/", officers.memberships, name="memberships"),
    re_path(r"^memberships/(?P<number>[0-9]{1,18})/(?P<what>confirm|refuse|end)/$", officers.answer_membership, name="answer_membership"),
    path("readings/", auditors.readings, name="readings"),
    path("readings.csv", auditors.readings_table, name="readings_table"),
]
