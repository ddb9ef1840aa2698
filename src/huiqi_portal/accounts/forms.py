"""What people write about themselves and others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_texts

from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.accounts.memberships import looks_wrong, subject_of
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.roles import Role
from huiqi_portal.accounts.tokens import DAYS
from huiqi_portal.site.forms import Form, Shown, spoken
from huiqi_portal.site.frame import language

USERNAME = spoken("Sign-in name", "用户名")
NAME = spoken("Your name", "姓名")
EMAIL = spoken("Mail address", "电子邮箱")
WRONG = spoken(
    "Name and password do not fit together, or the account is closed. Passwords tell capital from small letters.",
    "用户名与密码不符，或账户已停用。请注意密码区分大小写。",
)


class SignIn(Shown, AuthenticationForm):
    """Name and password."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["username"].label = USERNAME


class ChangePassword(Shown, PasswordChangeForm):
    """The old password, and the new one twice."""


class ChoosePassword(Shown, SetPasswordForm):
    """The new password twice, for who came by a link."""


class Register(Shown, BaseUserCreationForm):
    """A new enterprise user, and the firm that they want to speak for."""

    subject = forms.CharField(
        max_length=64,
        label=spoken("Credit code of your firm", "企业统一社会信用代码"),
        help_text=spoken("18 characters, as on the business licence.", "18位，见营业执照。"),
    )
    note = forms.CharField(
        max_length=1_000,
        label=spoken("The firm's name, your post, and how an officer can make sure", "企业名称、您的职务，以及便于核实的方式"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = User
        fields = ("username", "name", "email")
        labels = {"username": USERNAME, "name": NAME, "email": EMAIL}

    field_order = ("username", "name", "email", "subject", "note", "password1", "password2")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["username"].help_text = spoken("Letters, digits and @ . + - _", "可用文字、字母、数字及 @ . + - _")
        self.fields["name"].required = True

    def clean_subject(self) -> str:
        return _firm(self.cleaned_data["subject"])


class AskForFirm(Form):
    """Another firm that a user wants to speak for."""

    subject = forms.CharField(max_length=64, label=spoken("Credit code of the firm", "企业统一社会信用代码"))
    note = forms.CharField(
        max_length=1_000,
        label=spoken("The firm's name, your post, and how an officer can make sure", "企业名称、您的职务，以及便于核实的方式"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_subject(self) -> str:
        return _firm(self.cleaned_data["subject"])


class AboutMe(Shown, forms.ModelForm):
    """What a user may change about themselves."""

    class Meta:
        model = User
        fields = ("name", "email")
        labels = {"name": NAME, "email": EMAIL}


class Forgotten(Form):
    """Whose password is to be chosen anew."""

    username = forms.CharField(max_length=150, label=USERNAME)


class NewUser(Shown, forms.ModelForm):
    """A user as an administrator makes one."""

    class Meta:
        model = User
        fields = ("username", "name", "email", "role")
        labels = {
            "username": USERNAME,
            "name": spoken("Name", "姓名"),
            "email": EMAIL,
            "role": spoken("Role", "角色"),
        }

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["username"].help_text = spoken("Letters, digits and @ . + - _", "可用文字、字母、数字及 @ . + - _")
        self.fields["role"].choices = role_choices()


class ChangeRole(Form):
    """A role."""

    role = forms.ChoiceField(label=spoken("Role", "角色"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["role"].choices = role_choices()


class MakeToken(Form):
    """A token for the API: what a user of this role may give it."""

    name = forms.CharField(
        max_length=64,
        label=spoken("Name", "名称"),
        help_text=spoken("By which you recognise it: the program that uses it.", "便于识别，如使用该令牌的程序。"),
    )
    scopes = forms.MultipleChoiceField(
        required=False,
        label=spoken("What it may be used for", "权限"),
        widget=forms.CheckboxSelectMultiple,
    )
    subjects = forms.CharField(required=False, max_length=6_000, label=spoken("Firms that it may read", "可查阅的企业"))
    days = forms.ChoiceField(label=spoken("Holds for", "有效期"))

    def __init__(self, user: User, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        said = [(scope, scope.label(language())) for scope in Scope if scope.is_for(user.role) and scope is not Scope.CATALOGUE_READ]
        self.fields["scopes"].choices = [(scope.value, f"{words} ({scope.value})") for scope, words in said]
        self.fields["days"].choices = [(str(days), spoken(f"{days} days", f"{days}天")) for days in DAYS]
        self.fields["days"].initial = "90"
        if Scope.FIRM_READ not in dict(said):
            self.fields["subjects"].widget = forms.HiddenInput()
        elif user.role == Role.ENTERPRISE:
            self.fields["subjects"] = forms.MultipleChoiceField(
                required=False,
                label=self.fields["subjects"].label,
                choices=[(firm, firm) for firm in user.firms()],
                widget=forms.CheckboxSelectMultiple,
            )
        else:
            self.fields["subjects"].help_text = spoken("Ids with spaces between; left empty: any firm.", "企业代码，以空格分隔；不填则为全部企业。")
        for field in self.fields.values():
            if isinstance(field.widget, forms.CheckboxSelectMultiple):
                field.widget.attrs["class"] = "form-check-input"

    def clean_subjects(self) -> list[str]:
        said = self.cleaned_data["subjects"]
        return list(said) if isinstance(said, list) else said.split()


class ReadingsAsked(Form):
    """Which entries of the audit trail are asked for; all may be left open."""

    use_required_attribute = False
    subject = forms.CharField(required=False, max_length=64, label=spoken("Firm", "企业"))
    user = forms.CharField(required=False, max_length=150, label=spoken("Who (sign-in name)", "查阅人（用户名）"))
    first = forms.DateField(required=False, label=spoken("From", "起"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(required=False, label=spoken("To", "止"), widget=forms.DateInput(attrs={"type": "date"}))


def role_choices() -> list[tuple[str, str]]:
    """The roles in the language of the page."""
    return [(role.value, role.label(language())) for role in Role]


def password_rules() -> list[str]:
    """What a password has to be, in Django's words."""
    return password_validators_help_texts()


def _firm(written: str) -> str:
    subject = subject_of(written)
    if looks_wrong(subject):
        raise forms.ValidationError(spoken("This is no credit code: a character is wrong.", "统一社会信用代码有误，请核对。"))
    return subject
